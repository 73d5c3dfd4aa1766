"""Field bundles 下乡包: chosen cases sealed for one machine, carried by hand, and what comes back.

`card` and `pairing` make two machines known to each other; `container` is the sealed file, `manifest` the
signed list of what is in it; `pack` makes bundles, `take` reads them and hands them to `db.bundle.merge`;
`receipt` says what was taken, and only then `cleanup` lets a field copy forget.
"""

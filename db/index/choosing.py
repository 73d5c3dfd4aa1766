"""Which pieces of the index are merged next: small ones, until they are large."""

from __future__ import annotations

from db.connection import Connection
from db.index.pieces import EVERYWHERE, Piece, pieces_in
from db.index.schema import MOST

FEW = 8
"""Pieces that are not large yet, before they are merged."""

LARGE = MOST // 2
"""Cases of a piece that is large; it is small again once half of it is gone."""

LEFT = 1 / 2
"""Part of a piece that is gone, from which on it is made anew though there is nothing to merge it with."""


def is_urgent(connection: Connection) -> bool:
    """Whether a piece has to be made anew so that words are forgotten."""
    found = connection.execute("SELECT 1 FROM lookup_piece WHERE erased AND making IS NULL").fetchone()
    return found is not None


def due(connection: Connection) -> list[Piece]:
    """The pieces to be merged next, which together are not too large; none where all is well."""
    pieces = sorted(pieces_in(connection, EVERYWHERE), key=_living)
    if spoilt := [piece for piece in pieces if piece.erased]:
        return spoilt[:1]
    chosen: list[Piece] = []
    for piece in pieces:
        if _living(piece) >= LARGE:
            break
        if sum(map(_living, chosen)) + _living(piece) > MOST:
            if len(chosen) > 1:
                return chosen
            break
        chosen.append(piece)
        if len(chosen) == FEW:
            return chosen
    return next(([piece] for piece in pieces if len(piece.gone) > LEFT * piece.cases), [])


def _living(piece: Piece) -> int:
    return piece.cases - len(piece.gone)

"""The mail room 收发室: what comes in from files and goes out to them."""

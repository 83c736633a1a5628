//! Guests, good and hostile, that the tests load: one file each in `examples/`.

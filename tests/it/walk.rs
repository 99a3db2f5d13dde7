//! The demo as its users walk it: talking, bulletins, photos, safety checks, and a line that is cut, through
//! the real program's HTTP and live socket alone.

mod bulletins;
mod photos;
mod safety;
mod talk;

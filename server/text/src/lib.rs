//! Documents as immutable snapshots, positions as types.

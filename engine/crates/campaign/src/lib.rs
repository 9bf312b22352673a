//! The turn: the ordered list of steps and phases, and nothing else.
//! Twin: `void_reckoning_reference/campaign`. Decides no rule; calls the rooms in their order.

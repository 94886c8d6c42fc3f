/** What a replay can say and what it cannot: goes with every output of one. */
export const REPLAY_NOTE =
  'These are the decisions that the policy makes on this record, not the loss that the run would have reached with them.';

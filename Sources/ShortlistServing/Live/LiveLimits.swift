/// How much of a live catalogue is kept.
struct LiveLimits: Sendable {
  /// Items that were given or deleted; more are refused.
  var items = 100_000
  /// Pairs of a user and an item; beyond that the oldest quarter is forgotten.
  var events = 1_000_000
  /// Items of one user; beyond that the oldest is forgotten.
  var eventsOfUser = 1_000
  /// The shortest log that is written anew, in bytes.
  var log = 16 << 20
}

import Records

/// What ranks say to each other while each measures its own share of a sweep.
enum SpreadMessage: Codable {
    /// From the first rank: measure this, once all are ready.
    case measure(SpreadTask)
    /// From the first rank: end after the call that is under way.
    case stop
    /// To the first rank, before anything is measured.
    case ready
    case happened(RunEvent)
    /// To the first rank: this share goes no further.
    case failed(String)
    /// To the first rank: all that was measured was told.
    case ended
}

/// A share, and all that decides how it is measured.
struct SpreadTask: Codable {
    let share: RunShare
    /// The share has to be measured on one like it.
    let machine: Machine
    let ceilings: Ceilings
    let tuning: Tuning
    let seed: UInt64
    let rounds: Int
    /// Infinite where only the rounds end a run.
    let timeBudgetSeconds: Double
}

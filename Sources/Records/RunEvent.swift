/// Something that a run writes down. Where another process writes the files, these are what is sent to it.
package enum RunEvent: Codable {
    /// A cell is ready to be visited.
    case opened(Workload, SampleJournal.Preparation)
    case sampled(SampleJournal.TakenSample, of: Workload)
    /// The line of a cell; it is final unless the run was interrupted and the cell stays open.
    case cell(Measurement, isFinal: Bool)
    case process(LaunchRecord)
    case cacheFormat(CacheQuality)
    /// The samples so far are to survive a power cut.
    case synced
    /// The run is over, and nothing is open.
    case ended
}

/// The part of a run that one of several processes is to measure, and what earlier attempts have of it.
package struct RunShare: Codable {
    package let workloads: [Workload]
    let open: [SampleJournal.OpenCell]
    let cacheQuality: [CacheQuality]
    let hasProcessLine: Bool
}

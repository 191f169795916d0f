import Records

/// How much of a run the machine was at full speed, by the sentinels beside its samples.
public struct QuietTime: Sendable, Codable, Hashable {
    /// Of the samples, which are spread over the run: those that nothing slowed.
    public let share: Double
    /// Cells of which all samples are used, since too few were quiet.
    public let cellsUsedWhole: Int
    public let cells: Int

    /// A run with less than this is told so before anything else is said.
    public static let worthTelling = 0.8

    /// Nil where no sample was judged.
    init?(_ measurements: [Measurement]) {
        let records = measurements.compactMap { measurement -> Measurement.Record? in
            guard case .measured(let record) = measurement.outcome, record.slowed != nil else { return nil }
            return record
        }
        if records.isEmpty { return nil }
        let judged = records.flatMap { $0.slowed ?? [] }
        share = Double(judged.count { !$0 }) / Double(judged.count)
        cellsUsedWhole = records.count { record in record.samplesToUse.contains(where: record.isSlowed) }
        cells = records.count
    }
}

/// How much of the work of a register tile several CPUs do at once, by the sentinels of a run on several numbers of threads.
///
/// A hypervisor may show two hardware threads of one core as two cores. Whoever computes on both then finds a speed-up of 1.2
/// where 2 were expected, and no topology says why.
public struct TileCores: Sendable, Codable, Hashable {
    public let threads: Int
    /// In the work of one of them alone: 2 for two cores, some 1.2 for two hardware threads of one core.
    public let cores: Double

    /// Ascending in threads; empty where one thread alone was not measured, or no sentinels ran.
    static func found(in measurements: [Records.Measurement]) -> [TileCores] {
        // At its quietest in any launch: who disturbs one of them says nothing of the cores.
        let levels = Dictionary(grouping: measurements.quietLevels(), by: \.key.threads).compactMapValues { launches in
            launches.map(\.value).min { $0.tileNanoseconds[0] < $1.tileNanoseconds[0] }
        }
        guard let alone = levels[1] else { return [] }
        return levels.filter { $0.key > 1 }.map { threads, level in
            TileCores(threads: threads, cores: level.cores(alone: alone))
        }.sorted { $0.threads < $1.threads }
    }
}

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

/// The JSON of google/benchmark, version 1 of its schema, for its `tools/compare.py` and all that reads the same.
///
/// A sample is a repetition, its calls are iterations, and times are of one call. Contaminated samples stay in, as
/// google/benchmark would leave them, with a counter that says so; the aggregate `_median` is that of the report, which
/// leaves them out. CPU time is wall time less what the system says that the measuring thread was off its CPU.
enum GoogleBenchmark {
    private struct File: Encodable {
        let context: Context
        let benchmarks: [Entry]
    }

    private struct Context: Encodable {
        struct Cache: Encodable {
            let type: String
            let level: Int
            let size: Int
            let numSharing: Int
        }

        let date: String
        let executable = "attnbench"
        let numCpus: Int
        let caches: [Cache]
        let loadAvg: [Double] = []
        let libraryBuildType = "release"
        let jsonSchemaVersion = 1
        let cpuModel: String
        let commit: String
        let sweep: String
        let seed: String
    }

    private struct Entry: Encodable {
        let name: String
        let runName: String
        let familyIndex: Int
        let perFamilyInstanceIndex: Int
        let runType: String
        var aggregateName: String?
        var aggregateUnit: String?
        let repetitions: Int
        var repetitionIndex: Int?
        let threads: Int
        let iterations: Int
        let realTime: Double
        let cpuTime: Double
        let timeUnit = "ns"
        /// Counters of the user stand beside the rest.
        var contaminated: Int?
        var launch: Int?
    }

    static func text(_ source: ReportSource) throws(ReportError) -> String {
        let header = source.results.header
        let context = Context(
            date: header.startedAt, numCpus: header.machine.logicalCPUs,
            caches: header.machine.caches.map {
                Context.Cache(
                    type: $0.level == 1 ? "Data" : "Unified", level: $0.level, size: $0.bytes, numSharing: $0.sharedBy)
            },
            cpuModel: header.machine.cpuModel, commit: header.build.commit, sweep: header.sweep.name,
            seed: "\(header.seed)")
        let cells = MeasuredCell.all(in: source)
        var families: [String] = []
        var instances: [String: Int] = [:]
        var entries: [Entry] = []
        for cell in cells {
            let label = cell.series.label
            if !families.contains(label) { families.append(label) }
            entries += self.entries(
                of: cell, family: families.count - 1, instance: instances[label, default: 0])
            instances[label, default: 0] += 1
        }
        return try ExportJSON.text(
            File(context: context, benchmarks: entries), file: "google-benchmark.json", snakeCase: true)
    }

    private static func entries(of cell: MeasuredCell, family: Int, instance: Int) -> [Entry] {
        let repetitions = cell.records.reduce(0) { $0 + $1.samplesNanoseconds.count }
        let threads = cell.series.parameters.threads
        var entries: [Entry] = []
        for (launch, record) in cell.records.enumerated() {
            let calls = Double(record.iterationsPerSample)
            for (wall, evidence) in zip(record.samplesNanoseconds, record.contamination) {
                entries.append(
                    Entry(
                        name: cell.name, runName: cell.name, familyIndex: family, perFamilyInstanceIndex: instance,
                        runType: "iteration", repetitions: repetitions, repetitionIndex: entries.count,
                        threads: threads, iterations: record.iterationsPerSample, realTime: Double(wall) / calls,
                        cpuTime: Double(wall - evidence.offCPUNanoseconds) / calls,
                        contaminated: evidence.isContaminated(wallNanoseconds: wall) ? 1 : 0, launch: launch))
            }
        }
        let cpuTimes = entries.map(\.cpuTime)
        guard !cpuTimes.isEmpty else { return [] }
        entries.append(
            Entry(
                name: cell.name + "_median", runName: cell.name, familyIndex: family, perFamilyInstanceIndex: instance,
                runType: "aggregate", aggregateName: "median", aggregateUnit: "time", repetitions: repetitions,
                threads: threads, iterations: repetitions, realTime: cell.point.median.value,
                cpuTime: cpuTimes.median))
        return entries
    }
}

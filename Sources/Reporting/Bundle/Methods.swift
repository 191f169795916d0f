import Analysis
import Attention
import Escaping
import Quantities
import Records

/// What a run did, as a paragraph of a paper. Every number in it comes from the results.
struct Methods {
    enum Part: Hashable {
        case text(String)
        case citation([Works.Key])
    }

    let parts: [Part]

    init(_ source: ReportSource) {
        let (results, analysis) = (source.results, source.analysis)
        var texts = [Self.machine(results)] + Self.problems(analysis)
        texts += [Self.accuracy(analysis), Self.samples(source), Self.medians(analysis)]
        texts += [Self.quiet(analysis), Self.peaks(analysis), Self.absent(analysis)].compactMap { $0 }
        parts = Self.engines(source) + Self.kernels(source) + texts.map { .text(" " + $0) }
    }

    /// Keys of all works that it cites.
    var works: [Works.Key] {
        Works.unique(parts.flatMap { part in if case .citation(let keys) = part { keys } else { [Works.Key]() } })
    }

    /// With citations as pandoc reads them.
    var markdown: Escaped<Markdown> {
        parts.map { part -> Escaped<Markdown> in
            switch part {
            case .text(let text): Escaped(plain: text)
            case .citation(let keys): " [\(keys.map { "@" + $0 }.joined(separator: "; "))]"
            }
        }.joined() + "\n"
    }

    var laTeX: Escaped<LaTeX> {
        parts.map { part -> Escaped<LaTeX> in
            switch part {
            case .text(let text): Escaped(plain: text)
            case .citation(let keys): LaTeX.citation(keys)
            }
        }.joined() + "\n"
    }
}

/// The sentences, in order.
extension Methods {
    /// "We measured 16 attention kernels of 6 engines: attnbench (commit 0123abc) [1], ggml 0.9 [2] and torch 2.15.0 [3]."
    private static func engines(_ source: ReportSource) -> [Part] {
        let (build, series) = (source.results.header.build, source.analysis.series)
        let kernels = Works.unique(series.map(\.kernel)).count
        let others = MeasuredEngine.all(in: source.results).filter { !$0.identity.isBuiltIn }
        let own = "attnbench (commit \(build.commit.prefix(12))\(build.dirty ? ", with changes" : ""))"
        let opening = "We measured \(counted(kernels, "attention kernel"))"
        let usesOwn = series.contains { EngineIdentity(ofKernel: $0.kernel).isBuiltIn }
        let cited =
            (usesOwn ? [(own, [Works.attnbench])] : [])
            + others.map { ($0.name, Works.of($0.identity, in: series)) }
        let list = enumerated(cited)
        return usesOwn && others.isEmpty
            ? [.text("\(opening) of ")] + list + [.text(".")]
            : [.text("\(opening) of \(counted(cited.count, "engine")): ")] + list
                + (usesOwn
                    ? [.text(".")]
                    : [.text("; they were timed by \(own)"), .citation([Works.attnbench]), .text(".")])
    }

    /// "Those of attnbench are full [1, 2] and sliding-window [3]."
    private static func kernels(_ source: ReportSource) -> [Part] {
        let own = source.analysis.series.filter { EngineIdentity(ofKernel: $0.kernel).isBuiltIn }
        let names = Works.unique(own.map(\.kernel))
        if names.isEmpty { return [] }
        let cited = names.map { name in (name, Works.unique(own.filter { $0.kernel == name }.flatMap(Works.of))) }
        return [.text(" The \(names.count == 1 ? "kernel of attnbench is" : "kernels of attnbench are") ")]
            + enumerated(cited) + [.text(".")]
    }

    private static func machine(_ results: Results) -> String {
        let machine = results.header.machine
        let host = machine.hypervisor.map { " in a virtual machine under \($0)" } ?? ""
        let pinned = machine.pinnedCPUs
        let binding =
            switch pinned.count {
            case 0: "Processes were not bound to CPUs."
            case 1: "Every process was bound to CPU \(pinned[0])."
            default: "Every process was bound to the CPUs \(AbsentCells.list(pinned.map { "\($0)" }))."
            }
        return "The machine (\(machine.cpuModel), \(counted(machine.physicalCores, "core")), "
            + "\(Quantity.bytes(machine.memoryBytes)) of memory) ran Linux \(machine.kernelRelease)\(host). \(binding)"
    }

    /// A sentence for each phase.
    private static func problems(_ analysis: ScalingAnalysis) -> [String] {
        Phase.allCases.compactMap { phase -> String? in
            let series = analysis.series.filter { $0.parameters.phase == phase }
            let lengths = series.flatMap { $0.points.map(\.keyLength) }
            guard let shortest = lengths.min(), let longest = lengths.max() else { return nil }
            func each(_ text: (SeriesParameters) -> String) -> String {
                AbsentCells.list(Works.unique(series.map { text($0.parameters) }))
            }
            let range =
                shortest == longest
                ? Quantity.count(longest) : "\(Quantity.count(shortest)) to \(Quantity.count(longest))"
            if phase == .loss {
                return "Losses and their gradients, in one call, had vocabularies of \(range) words (tokens: "
                    + "\(each { "\($0.queryLength ?? 0)" }); hidden size: \(each { "\($0.headDimension)" }); tensors in "
                    + "\(each(\.elementType.rawValue))), on \(each { counted($0.threads, "thread") })."
            }
            let subject =
                switch phase {
                case .prefill: "Prompts had \(range) tokens"
                case .decode: "Decoding steps computed one token over \(range) cached tokens"
                case .backward:
                    "Backward passes computed the gradients of queries, keys and values over \(range) tokens"
                case .training: "Training steps computed the forward and the backward pass over \(range) tokens"
                case .checkpointed, .loss:
                    "Checkpointed training steps computed the forward pass twice and the backward pass once over \(range) tokens"
                }
            let caches = phase.hasCache ? ", caches in \(each { "\($0.storedAs)" })" : ""
            return
                "\(subject) (masks: \(each { "\($0.mask)" }); tensors in \(each(\.elementType.rawValue))\(caches); heads of "
                + "queries, and of keys and values: \(each { "\($0.queryHeads):\($0.keyValueHeads)" }); head dimension: "
                + "\(each(dimensions)); batch: \(each { "\($0.batch)" })), on "
                + "\(each { counted($0.threads, "thread") })."
        }
    }

    private static func dimensions(_ parameters: SeriesParameters) -> String {
        guard let latent = parameters.latent else { return "\(parameters.headDimension)" }
        return "\(parameters.headDimension), of which \(latent.dimension) are the value"
    }

    private static func accuracy(_ analysis: ScalingAnalysis) -> String {
        let errors = ElementType.allCases.compactMap { type -> String? in
            let points = analysis.series.filter { $0.parameters.elementType == type }.flatMap(\.points)
            return points.compactMap(\.maximumError).max().map { "\(Quantity.scientific($0)) in \(type.rawValue)" }
        }
        let largest = errors.isEmpty ? "" : "; the largest absolute difference was \(AbsentCells.list(errors))"
        return "Before and after it was timed, the output of each kernel was compared with three loops in double "
            + "precision\(largest)."
    }

    private static func samples(_ source: ReportSource) -> String {
        let points = source.analysis.series.flatMap(\.points)
        let launches = points.map(\.sampling.launches).max() ?? 1
        let header = source.results.header
        return "The \(counted(points.count, "cell")) (a kernel, a problem and a number of threads) were measured in "
            + "shuffled rounds in "
            + (launches == 1
                ? "one launch of one process, "
                : "\(counted(launches, "launch", plural: "launches")), each of which is a process of its own, ")
            + "with \(Quantity.count(points.reduce(0) { $0 + $1.sampling.samples })) samples in all, on pseudo-random "
            + "inputs of seed \(header.seed)."
    }

    private static func medians(_ analysis: ScalingAnalysis) -> String {
        let points = analysis.series.flatMap(\.points)
        let launches = points.map(\.sampling.launches)
        let over =
            (launches.max() ?? 1) == 1
            ? "the rounds of one launch" : counted(launches.max() ?? 1, "launch", plural: "launches")
        let less = points.count { $0.median.level < 0.949 }
        let exception =
            less == 0 ? "" : "; in \(counted(less, "cell")) there were too few samples for this level"
        return "Times are those of one call: medians over \(over) with 95 % intervals\(exception)."
    }

    private static func quiet(_ analysis: ScalingAnalysis) -> String? {
        guard let quiet = analysis.quietTime else { return nil }
        let speeds = analysis.sampleSpeeds
        let (slowed, disturbed) = (speeds.count { $0.use == .slowed }, speeds.count { $0.use == .disturbed })
        let leftOut =
            slowed + disturbed == 0
            ? "no sample was left out"
            : "\(Quantity.count(slowed)) samples beside which it was slower, and \(Quantity.count(disturbed)) that the "
                + "operating system disturbed, were left out"
        return "By a fixed piece of work before and after each sample, the machine was at full speed for "
            + "\(Quantity.percent(quiet.share)) of the run; \(leftOut)."
    }

    private static func peaks(_ analysis: ScalingAnalysis) -> String? {
        let (rates, bandwidth) = (analysis.ceilings.flopsPerSecond, analysis.ceilings.readBytesPerSecond)
        guard rates.float32 > 0, bandwidth > 0 else { return nil }
        let peaks = [("float32", rates.float32), ("bfloat16", rates.bfloat16), ("float16", rates.float16)].compactMap {
            name, rate in rate.map { "\(Quantity.flops(perSecond: $0)) in \(name)" }
        }
        return "Shares of a peak refer to the speed of one core in the same run, times the cores that computed: "
            + "\(AbsentCells.list(peaks)), and "
            + "\(Quantity.bytes(perSecond: bandwidth)) for reading memory."
    }

    private static func absent(_ analysis: ScalingAnalysis) -> String? {
        let count = analysis.absent.count
        return count == 0 ? nil : "\(counted(count, "cell")) could not be measured; the report has the reasons."
    }

    private static func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
        "\(Quantity.count(count)) \(count == 1 ? noun : plural ?? noun + "s")"
    }

    /// "a [1], b [2] and c".
    private static func enumerated(_ items: [(text: String, works: [Works.Key])]) -> [Part] {
        items.enumerated().flatMap { index, item -> [Part] in
            let before = index == 0 ? "" : index == items.count - 1 ? " and " : ", "
            return [.text(before + item.text)] + (item.works.isEmpty ? [] : [.citation(item.works)])
        }
    }
}

extension LaTeX {
    /// Of entries of BibTeX, whose keys stand in our sources.
    fileprivate static func citation(_ keys: [Works.Key]) -> Escaped<LaTeX> {
        "~\\cite{\(keys.map(Escaped.init(plain:)).joined(separator: ","))}"
    }
}

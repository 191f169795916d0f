import Attention
import Kernels
import Records

/// The first line of a program that is an engine: who it is, and which kernels it has.
///
/// `{"attnbenchEngine":1,"engine":{"name":"torch","version":"2.9","details":{"isa":"avx512"}},"kernels":[…]}`. Fields that a
/// reader does not know are ignored, here and in every other line.
public struct EngineGreeting: Codable, Hashable, Sendable {
    /// The version of the protocol. A change that an older reader would misunderstand raises it.
    public static let version = 1

    public struct Engine: Codable, Hashable, Sendable {
        public let name: String
        public let version: String
        /// What else a reader of results should know: versions of libraries, the instruction set in use.
        public let details: [String: String]?

        public init(name: String, version: String, details: [String: String]? = nil) {
            self.name = name
            self.version = version
            self.details = details
        }
    }

    /// A kernel in the engine's own words: one that says something unknown is listed, and not run.
    public struct Kernel: Codable, Hashable, Sendable {
        public let name: String
        public let summary: String?
        /// The engine's kernel that it is another way of; nil for one that stands for itself.
        public let variantOf: String?
        public let phase: String
        public let mask: String
        public let elementTypes: [String]
        /// Of a decode kernel, beside the element types.
        public let cacheFormats: [String]?
        /// Nil for none.
        public let positions: String?
        /// Nil for softmax.
        public let weighting: String?
        /// Whether its queries select blocks of keys; nil if they do not.
        public let selectsBlocks: Bool?
        /// What it can do with scores beside softmax (`ScoreOption`); nil for nothing. Unknown options are left out.
        public let scoreOptions: [String]?
        /// Whether the values of its problems are the first elements of their keys; nil if they are not.
        public let readsLatents: Bool?
        /// In the phase of a loss: gradients of logits that are smaller may be left out. Nil where none is.
        public let gradientFilter: Float?

        public init(
            name: String, summary: String?, variantOf: String? = nil, phase: String, mask: String,
            elementTypes: [String],
            cacheFormats: [String]? = nil, positions: String? = nil, weighting: String? = nil,
            selectsBlocks: Bool? = nil, scoreOptions: [String]? = nil, readsLatents: Bool? = nil,
            gradientFilter: Float? = nil
        ) {
            self.name = name
            self.summary = summary
            self.variantOf = variantOf
            self.phase = phase
            self.mask = mask
            self.elementTypes = elementTypes
            self.cacheFormats = cacheFormats
            self.positions = positions
            self.weighting = weighting
            self.selectsBlocks = selectsBlocks
            self.scoreOptions = scoreOptions
            self.readsLatents = readsLatents
            self.gradientFilter = gradientFilter
        }

        public init(_ kernel: Kernels.Kernel) {
            self.init(
                name: kernel.name, summary: kernel.summary, variantOf: kernel.variantOf, phase: kernel.phase.rawValue,
                mask: kernel.masks.name, elementTypes: kernel.elementTypes.map(\.rawValue),
                cacheFormats: kernel.cacheFormats.map(\.rawValue),
                positions: kernel.positions.rawValue, weighting: kernel.weighting.rawValue,
                selectsBlocks: kernel.selectsBlocks ? true : nil,
                scoreOptions: kernel.scoreOptions.isEmpty
                    ? nil : ScoreOption.allCases.filter(kernel.scoreOptions.contains).map(\.rawValue),
                readsLatents: kernel.readsLatents ? true : nil, gradientFilter: kernel.filter.limit)
        }

        /// The kernel as this program has it, which does not know how to make it ready; nil where its name is none, or its
        /// phase, its mask, its weights, its positions or all of its element types are unknown here.
        /// - Parameter name: what it is called here.
        public func kernel(named name: String) -> Kernels.Kernel? {
            let types = ElementType.allCases.filter { elementTypes.contains($0.rawValue) }
            // Sweeps, file names and shells hold the name as it is.
            guard EngineName.isName(self.name), let phase = Phase(rawValue: phase), let masks = knownMask,
                !types.isEmpty,
                let positions = PositionEncoding(rawValue: positions ?? PositionEncoding.none.rawValue),
                let weighting = Weighting(rawValue: weighting ?? Weighting.softmax.rawValue),
                weighting == .softmax || phase.givesOutput && weighting.takes(masks),
                selectsBlocks != true
                    || weighting == .softmax && positions == .none && phase.givesOutput
                        && [.causal, .any].contains(masks),
                readsLatents != true
                    || weighting == .softmax && positions == .none && phase == .decode && selectsBlocks != true
                        && knownScoreOptions.isEmpty && [.causal, .any].contains(masks),
                phase != .loss || masks == .full, let filter = knownFilter
            else { return nil }
            let known = Kernels.Kernel(
                name, summary: summary ?? "", phase: phase, masks: masks, weighting: weighting,
                selectsBlocks: selectsBlocks ?? false, scoreOptions: knownScoreOptions,
                readsLatents: readsLatents ?? false, positions: positions, elementTypes: types,
                cacheFormats: CacheFormat.allCases.filter { cacheFormats?.contains($0.rawValue) == true }
            ).leavingOut(filter)
            return variantOf.map { known.variant(of: name.dropLast(self.name.count) + $0) } ?? known
        }

        /// What is no larger than the filter of this program: one that left out everything would be right with any gradient.
        private var knownFilter: GradientFilter? {
            guard let limit = gradientFilter else { return GradientFilter.none }
            let filter = GradientFilter.below(limit)
            guard phase == Phase.loss.rawValue, let most = GradientFilter.bfloat16.limit, limit > 0, limit <= most
            else {
                return nil
            }
            return filter
        }

        private var knownScoreOptions: Set<ScoreOption> { Set((scoreOptions ?? []).compactMap(ScoreOption.init)) }

        private var knownMask: MaskFamily? { mask == MaskFamily.any.name ? .any : try? MaskFamily.named(mask) }
    }

    /// What only attnbench says, where it serves its own kernels or those of a library. It has the frozen loop, and takes
    /// extra turns of it.
    public struct Attnbench: Codable, Hashable, Sendable {
        public let build: ResultsHeader.Build
        /// The shortest sample that its clock is trusted with, which is ours too.
        public let minimumSampleNanoseconds: Int

        public init(build: ResultsHeader.Build, minimumSampleNanoseconds: Int) {
            self.build = build
            self.minimumSampleNanoseconds = minimumSampleNanoseconds
        }
    }

    public let attnbenchEngine: Int
    public let engine: Engine
    public let kernels: [Kernel]
    /// What the kernels run on, where that is not the CPUs of this machine.
    public let device: String?
    /// What that device can do at best, measured by the engine before it greets.
    public let ceilings: Ceilings?
    public let attnbench: Attnbench?

    /// Of this program and of libraries, which compute on the CPUs of this machine.
    public init(engine: Engine, kernels: [Kernel], attnbench: Attnbench? = nil) {
        attnbenchEngine = Self.version
        self.engine = engine
        self.kernels = kernels
        device = nil
        ceilings = nil
        self.attnbench = attnbench
    }

    /// The device as results name it. Ceilings without a device are those of the engine itself.
    var ownDevice: Device? {
        device == nil && ceilings == nil ? nil : Device(name: device ?? engine.name, ceilings: ceilings)
    }

    /// What no reader of results would believe; nil where nothing is wrong.
    var implausibility: String? { ownDevice?.implausibility }

    /// What this program says for an engine that it serves.
    public func served(by attnbench: Attnbench) -> EngineGreeting {
        EngineGreeting(engine: engine, kernels: kernels, attnbench: attnbench)
    }
}

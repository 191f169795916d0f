/// How a release stores its weights: a plain type, and rules that store some matrices otherwise.
public struct WeightStorage: Sendable, Hashable {
    /// The first rule that takes a matrix decides.
    public struct Rule: Sendable, Hashable {
        public let roles: Set<WeightMatrix.Role>
        /// Any name where it is empty.
        public let modules: ModulePatterns
        /// Nil: the plain type.
        public let format: WeightFormat?

        public init(_ format: WeightFormat?, roles: Set<WeightMatrix.Role>, modules: [String] = []) {
            self.roles = roles
            self.modules = ModulePatterns(modules)
            self.format = format
        }

        func takes(_ matrix: WeightMatrix) -> Bool {
            roles.contains(matrix.role) && (modules.isEmpty || modules.match(matrix))
        }
    }

    /// Of what no rule takes: norms and whatever a scheme leaves as it was trained.
    public let plain: WeightFormat
    public let rules: [Rule]
    public let cautions: [String]

    public init(plain: WeightFormat, rules: [Rule], cautions: [String] = []) {
        self.plain = plain
        self.rules = rules
        self.cautions = cautions
    }

    /// Everything in one type.
    public init(_ type: StorageType) { self.init(plain: WeightFormat(type), rules: []) }

    public func format(of matrix: WeightMatrix) -> WeightFormat {
        rules.first { $0.takes(matrix) }.map { $0.format ?? plain } ?? plain
    }

    func bytes(of matrix: WeightMatrix) -> Double { format(of: matrix).bytes(of: matrix) }

    /// The plain type and every other that a rule gives, each once.
    public var names: [String] {
        rules.compactMap { $0.format?.name }.reduce(into: [plain.name]) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }
}

/// Who is measured in a block.
public enum PairedSide: Int, Sendable, Codable, CaseIterable {
    case baseline, candidate
    /// The baseline once more, in a process of its own: what differs between it and the baseline is noise.
    case control

    /// Whose process it is.
    public var engine: ComparedEngine { self == .candidate ? .candidate : .baseline }
}

/// The two that are compared.
public enum ComparedEngine: Sendable {
    case baseline, candidate
}

/// One value for each side.
public struct PairedValues<Value> {
    public let baseline: Value
    public let candidate: Value
    public let control: Value

    public init(baseline: Value, candidate: Value, control: Value) {
        self.baseline = baseline
        self.candidate = candidate
        self.control = control
    }

    public init<E: Error>(_ value: (PairedSide) throws(E) -> Value) throws(E) {
        baseline = try value(.baseline)
        candidate = try value(.candidate)
        control = try value(.control)
    }

    public subscript(side: PairedSide) -> Value {
        switch side {
        case .baseline: baseline
        case .candidate: candidate
        case .control: control
        }
    }
}

extension PairedValues: Sendable where Value: Sendable {}
extension PairedValues: Equatable where Value: Equatable {}
extension PairedValues: Hashable where Value: Hashable {}

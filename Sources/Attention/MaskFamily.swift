/// Masks that share a name: which of the four numbers are fixed, and which are sizes that a user chooses. It is what a
/// kernel says that it is for. A new named mask is a new row here.
public struct MaskFamily: Hashable, Sendable {
    /// A size that a user chooses: an axis of a sweep, and an option.
    public enum Parameter: String, Sendable, CaseIterable {
        case window, sinks, chunk
    }

    /// One of the four numbers of a mask.
    enum Number: Hashable, Sendable {
        /// The same in all masks of the family.
        case fixed(Int?)
        /// The value of a parameter, less so many.
        case parameter(Parameter, less: Int = 0)
        /// Whatever it is; this where nobody asks for another.
        case anything(unlessAsked: Int?)
    }

    /// As it is typed, listed and exported.
    public let name: String
    let sinks: Number
    let left: Number
    let right: Number
    let chunk: Number

    private init(
        _ name: String, sinks: Number = .fixed(0), left: Number, right: Number, chunk: Number = .fixed(nil)
    ) {
        self.name = name
        (self.sinks, self.left, self.right, self.chunk) = (sinks, left, right, chunk)
    }

    public static let full = MaskFamily("full", left: .fixed(nil), right: .fixed(nil))
    public static let causal = MaskFamily("causal", left: .fixed(nil), right: .fixed(0))
    public static let slidingWindow = MaskFamily(
        "sliding-window", left: .parameter(.window, less: 1), right: .fixed(0))
    public static let symmetricWindow = MaskFamily(
        "symmetric-window", left: .parameter(.window), right: .parameter(.window))
    public static let attentionSink = MaskFamily(
        "attention-sink", sinks: .parameter(.sinks), left: .parameter(.window, less: 1), right: .fixed(0))
    public static let chunkedLocal = MaskFamily(
        "chunked-local", left: .fixed(nil), right: .fixed(0), chunk: .parameter(.chunk))

    /// Every family that a mask is named after: the first that contains it gives the name.
    public static let named = [full, causal, slidingWindow, symmetricWindow, attentionSink, chunkedLocal]

    /// Takes any mask; causal unless a caller asks for another.
    public static let any = MaskFamily(
        "any", sinks: .anything(unlessAsked: 0), left: .anything(unlessAsked: nil), right: .anything(unlessAsked: 0),
        chunk: .anything(unlessAsked: nil))

    public static func named(_ name: String) throws(UnknownName) -> MaskFamily {
        guard let family = named.first(where: { $0.name == name }) else {
            throw UnknownName(name, isNot: "a mask", known: named.map(\.name))
        }
        return family
    }

    private var numbers: [Number] { [sinks, left, right, chunk] }

    /// Sinks first, as lists show them.
    public var parameters: [Parameter] {
        [.sinks, .window, .chunk].filter { parameter in
            numbers.contains { if case .parameter(parameter, _) = $0 { true } else { false } }
        }
    }

    /// The smallest value of one of the family's parameters.
    public func minimum(of parameter: Parameter) -> Int {
        let smallest = numbers.map { number -> Int in
            guard case .parameter(parameter, let less) = number else { return 0 }
            return less
        }
        return max(smallest.max()!, parameter == .chunk ? 1 : 0)
    }

    /// The mask of this family with these sizes.
    /// - Precondition: there is a size for each parameter; sizes that are not of this family are not looked at.
    public func mask(_ sizes: [Parameter: Int] = [:]) throws(MaskError) -> Mask {
        for parameter in parameters {
            guard let size = sizes[parameter] else { preconditionFailure("\(name) needs a \(parameter)") }
            try MaskError.require(parameter.rawValue, size, atLeast: minimum(of: parameter))
        }
        func value(_ number: Number) -> Int? {
            switch number {
            case .fixed(let value), .anything(let value): value
            case .parameter(let parameter, let less): sizes[parameter]! - less
            }
        }
        return try Mask(sinks: value(sinks) ?? 0, left: value(left), right: value(right), chunk: value(chunk))
    }

    /// Whether the masks of the family show no query a key after its own. Of a family that takes any mask, it is asked of the one that is
    /// meant where nobody asks for another.
    public var areCausal: Bool {
        switch right {
        case .fixed(let keys), .anything(let keys): keys == 0
        case .parameter: false
        }
    }

    public func contains(_ mask: Mask) -> Bool {
        var sizes: [Parameter: Int] = [:]
        for (number, value) in zip(numbers, [mask.sinks, mask.left, mask.right, mask.chunk]) {
            switch number {
            case .anything: continue
            case .fixed(let fixed): guard value == fixed else { return false }
            case .parameter(let parameter, let less):
                // A parameter that two numbers are read from has one value.
                guard let size = value.map({ $0 + less }), sizes[parameter, default: size] == size else { return false }
                sizes[parameter] = size
            }
        }
        return true
    }
}

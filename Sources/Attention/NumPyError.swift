import Faults

/// Why a .npy file cannot be read: the file, what is wrong with it, and what to do.
public struct NumPyError: Fault, Equatable {
    public enum Problem: Fault, Equatable {
        case unreadable(String)
        case notNumPy
        case version(String)
        case truncatedHeader
        case malformedHeader(String)
        case structured
        case elementType(String)
        case fortranOrder
        case rank([Int])
        case empty([Int])
        case truncatedData(expected: Int, found: Int)
        case trailingBytes(expected: Int, found: Int)
    }

    public let path: String
    public let problem: Problem

    public init(path: String, problem: Problem) {
        self.path = path
        self.problem = problem
    }

    public var exitStatus: ExitStatus { problem.exitStatus }

    public var description: String { "\(path): \(problem)" }
}

extension NumPyError.Problem {
    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .notNumPy: "is not a .npy file; write it with numpy.save"
        case .version(let version): "has format version \(version), not 1.0, 2.0 or 3.0; write it with numpy.save"
        case .truncatedHeader: "ends before the end of its header; copy the file again"
        case .malformedHeader(let header):
            "has the header \(header.split(whereSeparator: \.isWhitespace).joined(separator: " ")), "
                + "which is not a .npy header; write it with numpy.save"
        case .structured: "contains records, not numbers; save one float32 array, x.astype(numpy.float32)"
        case .elementType(let name): Self.remedy(elementType: name)
        case .fortranOrder: "is in Fortran order; save numpy.ascontiguousarray(x)"
        case .rank(let dimensions):
            "has the shape \(Self.tuple(dimensions)); it must be [tokens, d], [heads, tokens, d] or "
                + "[batch, heads, tokens, d]"
        case .empty(let dimensions):
            "has the shape \(Self.tuple(dimensions)), which has no elements; give at least one token"
        case .truncatedData(let expected, let found):
            "has \(found) bytes of elements, but its shape needs \(expected); copy the file again"
        case .trailingBytes(let expected, let found):
            "has \(found) bytes of elements, but its shape needs only \(expected); write one array with numpy.save"
        }
    }

    private static func remedy(elementType name: String) -> String {
        if name == ">f4" { return "holds big-endian float32 (\">f4\"); save x.astype(\"<f4\")" }
        let kinds = ["e": "float16", "f2": "float16", "f8": "float64", "i4": "int32", "i8": "int64", "c8": "complex64"]
        let kind = kinds[String(name.drop { "<>|=".contains($0) })].map { " (\($0))" } ?? ""
        return "holds elements of type \"\(name)\"\(kind); save as float32, x.astype(numpy.float32)"
    }

    private static func tuple(_ dimensions: [Int]) -> String {
        "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
    }
}

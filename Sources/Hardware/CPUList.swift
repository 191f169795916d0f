import Faults

/// A list of logical CPUs as `taskset` and the kernel write it: "3", "0-3", "0-3,8".
public enum CPUList {
    /// The CPUs in the order written.
    public static func parse(_ text: String) throws(CPUListError) -> [Int] {
        var cpus: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            for cpu in try range(String(part), in: text) {
                guard !cpus.contains(cpu) else { throw .repeated(cpu: cpu, list: text) }
                cpus.append(cpu)
            }
        }
        return cpus
    }

    /// The shortest text for these CPUs, ascending: "0-3,8".
    public static func text(of cpus: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for cpu in Set(cpus).sorted() {
            if let last = ranges.last, last.upperBound == cpu - 1 {
                ranges[ranges.count - 1] = last.lowerBound...cpu
            } else {
                ranges.append(cpu...cpu)
            }
        }
        return
            ranges
            .map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    private static func range(_ part: String, in text: String) throws(CPUListError) -> ClosedRange<Int> {
        let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(number)
        if ends.count == 1, let cpu = ends[0] { return cpu...cpu }
        if ends.count == 2, let low = ends[0], let high = ends[1], low <= high { return low...high }
        throw .malformed(part: part, list: text)
    }

    /// Digits only: `Int` would take "+1" too. The bound keeps "0-4000000000" from filling memory.
    private static func number(_ digits: Substring) -> Int? {
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits), number < 1 << 16 else {
            return nil
        }
        return number
    }
}

public enum CPUListError: Fault, Equatable {
    case malformed(part: String, list: String)
    case repeated(cpu: Int, list: String)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .malformed(let part, let list):
            "\"\(part)\" in the CPU list \"\(list)\" is neither a CPU nor a range; write it like 1 or 0-3 or 0-3,8"
        case .repeated(let cpu, let list): "CPU \(cpu) is twice in the CPU list \"\(list)\"; name it once"
        }
    }
}

/// The second number of /proc/…/schedstat: nanoseconds that the thread waited on a run queue.
enum RunDelay {
    static func nanoseconds(inSchedstat text: UnsafeRawBufferPointer) -> Int? {
        DecimalFields(text[...]).number(at: 1)
    }
}

/// The `cpuN` lines of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, …, in ticks.
enum ProcessorTimes {
    static func stolenTicks(inStat text: UnsafeRawBufferPointer, cpu: Int) -> Int? {
        fields(inStat: text, cpu: cpu)?.number(at: 8)
    }

    /// All that the CPU did or did not do; guest time is already a part of user time.
    static func totalTicks(inStat text: UnsafeRawBufferPointer, cpu: Int) -> Int? {
        guard let fields = fields(inStat: text, cpu: cpu) else { return nil }
        return (1...8).reduce(0) { $0 + (fields.number(at: $1) ?? 0) }
    }

    private static func fields(inStat text: UnsafeRawBufferPointer, cpu: Int) -> DecimalFields? {
        var rest = text[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            if line.starts(with: "cpu".utf8), DecimalFields(line.dropFirst(3)).number(at: 0) == cpu,
                line[line.startIndex + 3] != UInt8(ascii: " ")
            {
                return DecimalFields(line)
            }
            rest = rest[end...].dropFirst()
        }
        return nil
    }
}

/// The fields of one line, parted by spaces, read without an allocation.
struct DecimalFields {
    private let bytes: Slice<UnsafeRawBufferPointer>

    init(_ bytes: Slice<UnsafeRawBufferPointer>) { self.bytes = bytes }

    /// The digits at the beginning of the field; nil where there are none.
    func number(at wanted: Int) -> Int? {
        var field = -1
        var isInside = false
        var number: Int?
        for byte in bytes {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") {
                if field == wanted { return number }
                isInside = false
                continue
            }
            if !isInside {
                field += 1
                isInside = true
            }
            guard field == wanted else { continue }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return number }
            let (product, overflow) = (number ?? 0).multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            number = product + Int(byte - UInt8(ascii: "0"))
        }
        return field == wanted ? number : nil
    }
}

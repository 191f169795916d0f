import Foundation

/// Text of lines such as "VmHWM:     1204 kB", as in /proc/meminfo, /proc/self/status and /proc/cpuinfo.
struct KeyedLines {
    private let lines: [Substring]

    init(_ text: String) {
        lines = text.split(separator: "\n")
    }

    /// The value of the first line with this key.
    subscript(key: String) -> String? {
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            if line[..<colon].trimmingCharacters(in: .whitespaces) == key {
                return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }

    /// "1204 kB" in bytes. The kernel's kB are 1,024 bytes.
    static func bytes(_ value: String) -> Int? {
        let words = value.split(separator: " ")
        guard words.count == 2, words[1] == "kB", let number = Int(words[0]) else { return nil }
        return number * 1024
    }
}

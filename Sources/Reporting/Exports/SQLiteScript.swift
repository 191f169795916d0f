/// Statements that make and fill three tables in SQLite, as llama-bench's `-o sql` does: `runs`, and the `cells` and
/// `samples` of the CSV files. Scripts of several results go into one database; `results` tells them apart.
enum SQLiteScript {
    static func text(_ source: ReportSource) -> String {
        "BEGIN TRANSACTION;\n" + statements("runs", run(source))
            + statements("cells", TidyTable.cells(of: [source]))
            + statements("samples", TidyTable.samples(of: [source]))
            + "COMMIT;\n"
    }

    private static func run(_ source: ReportSource) -> TidyTable {
        let header = source.results.header
        let (machine, build) = (header.machine, header.build)
        let fields: [(String, TidyTable.Value)] = [
            ("results", .text(source.label)), ("startedAt", .text(header.startedAt)),
            ("sweep", .text(header.sweep.name)), ("seed", .text("\(header.seed)")),
            ("command", .text(header.command)), ("buildCommit", .text(build.commit)), ("dirty", .flag(build.dirty)),
            ("compiler", .text(build.compiler)), ("flags", .text(build.flags)), ("simd", .text(build.simd)),
            ("blasCore", .text(build.blasCore)), ("cpuModel", .text(machine.cpuModel)),
            ("architecture", .text(machine.architecture)), ("physicalCores", .whole(machine.physicalCores)),
            ("logicalCPUs", .whole(machine.logicalCPUs)), ("memoryBytes", .whole(machine.memoryBytes)),
            ("hypervisor", machine.hypervisor.map(TidyTable.Value.text) ?? .missing),
            ("kernelRelease", .text(machine.kernelRelease)), ("instructionSet", .text(machine.instructionSet)),
        ]
        return TidyTable(columns: fields.map(\.0), rows: [fields.map(\.1)])
    }

    static func statements(_ name: String, _ table: TidyTable) -> String {
        let columns = table.columns.indices.map { index in
            [identifier(table.columns[index]), affinity(of: table.rows.lazy.map { $0[index] })].joined(separator: " ")
        }
        let start =
            "INSERT INTO \(identifier(name)) (\(table.columns.map(identifier).joined(separator: ", "))) VALUES ("
        return "CREATE TABLE IF NOT EXISTS \(identifier(name)) (\n  \(columns.joined(separator: ",\n  "))\n);\n"
            + table.rows.map { start + $0.map(literal).joined(separator: ", ") + ");\n" }.joined()
    }

    /// NUMERIC, which keeps what it is given, for a column that has no value here and may have one in other results.
    private static func affinity(of values: some Sequence<TidyTable.Value>) -> String {
        for value in values {
            switch value {
            case .text: return "TEXT"
            case .whole, .flag: return "INTEGER"
            case .number: return "REAL"
            case .missing: continue
            }
        }
        return "NUMERIC"
    }

    static func literal(_ value: TidyTable.Value) -> String {
        switch value {
        case .text(let text): literal(text)
        case .whole(let value): "\(value)"
        case .number(let value): value.isFinite ? "\(value)" : "NULL"
        case .flag(let value): value ? "1" : "0"
        case .missing: "NULL"
        }
    }

    /// Line ends and zero bytes by their numbers: the shell of SQLite drops a carriage return at a line's end, and a
    /// literal ends at a zero byte, whatever its quotes say.
    private static func literal(_ text: String) -> String {
        var parts: [String] = []
        var plain = ""
        for scalar in text.unicodeScalars {
            if ["\0", "\n", "\r"].contains(scalar) {
                if !plain.isEmpty { parts.append(quoted(plain, "'")) }
                parts.append("char(\(scalar.value))")
                plain = ""
            } else {
                plain.unicodeScalars.append(scalar)
            }
        }
        if !plain.isEmpty || parts.isEmpty { parts.append(quoted(plain, "'")) }
        return parts.joined(separator: " || ")
    }

    private static func identifier(_ name: String) -> String { quoted(name, "\"") }

    /// A quote within is doubled, also one that an accent makes part of another Character.
    private static func quoted(_ text: String, _ quote: Unicode.Scalar) -> String {
        let inside = text.unicodeScalars.map { $0 == quote ? "\(quote)\(quote)" : String($0) }
        return "\(quote)\(inside.joined())\(quote)"
    }
}

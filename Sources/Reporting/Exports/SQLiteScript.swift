import Escaping

/// Statements that make and fill three tables in SQLite, as llama-bench's `-o sql` does: `runs`, and the `cells` and
/// `samples` of the CSV files. Scripts of several results go into one database; `results` tells them apart.
enum SQLiteScript {
    static func text(_ source: ReportSource) -> String {
        let script: Escaped<SQL> = """
            BEGIN TRANSACTION;
            \(statements("runs", run(source)))\
            \(statements("cells", TidyTable.cells(of: [source])))\
            \(statements("samples", TidyTable.samples(of: [source])))\
            COMMIT;

            """
        return script.text
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

    static func statements(_ tableName: String, _ table: TidyTable) -> Escaped<SQL> {
        let name = SQL.identifier(tableName)
        let names = table.columns.map(SQL.identifier)
        let columns = names.indices.map { index -> Escaped<SQL> in
            "\(names[index]) \(affinity(of: table.rows.lazy.map { $0[index] }))"
        }
        let start: Escaped<SQL> = "INSERT INTO \(name) (\(names.joined(separator: ", "))) VALUES ("
        let rows = table.rows.map { row -> Escaped<SQL> in
            "\(start)\(row.map(literal).joined(separator: ", ")));\n"
        }
        return """
            CREATE TABLE IF NOT EXISTS \(name) (
              \(columns.joined(separator: ",\n  "))
            );
            \(rows.joined())
            """
    }

    /// NUMERIC, which keeps what it is given, for a column that has no value here and may have one in other results.
    private static func affinity(of values: some Sequence<TidyTable.Value>) -> Escaped<SQL> {
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

    static func literal(_ value: TidyTable.Value) -> Escaped<SQL> {
        switch value {
        case .text(let text): "\(text)"
        case .whole(let value): "\(value)"
        case .number(let value): value.isFinite ? SQL.number(value) : "NULL"
        case .flag(let value): value ? "1" : "0"
        case .missing: "NULL"
        }
    }
}

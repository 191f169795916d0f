/// A line of a results file after its header. Its field `line` says what it is about, so that a reader can leave out what
/// it does not know.
package enum ResultsLine {
    case cell(Measurement)
    case process(LaunchRecord)
    case cacheFormat(CacheQuality)

    enum Kind: String, Codable {
        case cell, process
        case cacheFormat = "cache-format"
    }

    enum Key: String, CodingKey { case line }
}

extension ResultsLine: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .cell(let measurement):
            try container.encode(Kind.cell, forKey: .line)
            try measurement.encode(to: encoder)
        case .process(let record):
            try container.encode(Kind.process, forKey: .line)
            try record.encode(to: encoder)
        case .cacheFormat(let quality):
            try container.encode(Kind.cacheFormat, forKey: .line)
            try quality.encode(to: encoder)
        }
    }
}

/// Masks as JSON: `{"kind": "attention-sink", "sinks": 4, "window": 1024}`.
extension Mask: Codable {
    private enum Key: String, CodingKey { case kind, window, radius, sinks, chunk }

    private enum Kind: String, Codable {
        case full, causal
        case slidingWindow = "sliding-window"
        case symmetricWindow = "symmetric-window"
        case attentionSink = "attention-sink"
        case chunkedLocal = "chunked-local"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self =
            switch try container.decode(Kind.self, forKey: .kind) {
            case .full: .full
            case .causal: .causal
            case .slidingWindow: .slidingWindow(try container.decode(Int.self, forKey: .window))
            case .symmetricWindow: .symmetricWindow(radius: try container.decode(Int.self, forKey: .radius))
            case .attentionSink:
                .attentionSink(
                    sinks: try container.decode(Int.self, forKey: .sinks),
                    window: try container.decode(Int.self, forKey: .window))
            case .chunkedLocal: .chunkedLocal(try container.decode(Int.self, forKey: .chunk))
            }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .full: try container.encode(Kind.full, forKey: .kind)
        case .causal: try container.encode(Kind.causal, forKey: .kind)
        case .slidingWindow(let window):
            try container.encode(Kind.slidingWindow, forKey: .kind)
            try container.encode(window, forKey: .window)
        case .symmetricWindow(let radius):
            try container.encode(Kind.symmetricWindow, forKey: .kind)
            try container.encode(radius, forKey: .radius)
        case .attentionSink(let sinks, let window):
            try container.encode(Kind.attentionSink, forKey: .kind)
            try container.encode(sinks, forKey: .sinks)
            try container.encode(window, forKey: .window)
        case .chunkedLocal(let chunk):
            try container.encode(Kind.chunkedLocal, forKey: .kind)
            try container.encode(chunk, forKey: .chunk)
        }
    }
}

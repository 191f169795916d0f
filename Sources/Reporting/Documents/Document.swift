import Drawing

/// A report before anybody decides whether it becomes HTML or Markdown.
public struct Document: Sendable, Hashable {
    public enum Block: Sendable, Hashable {
        case heading(String)
        case paragraph(String)
        case list([String])
        /// Terms with their values.
        case facts([Fact])
        case table(caption: String, Table)
        /// With the extensions of the image files that were drawn; none where gnuplot is missing.
        case figure(Figure, drawn: [FigureFormat])
        case command(String)
        /// Doubts about the whole, set apart.
        case cautions([String])
        case links([Link])
    }

    public struct Fact: Sendable, Hashable {
        public let term: String
        public let value: String
    }

    public struct Link: Sendable, Hashable {
        public let text: String
        /// Relative to the report's directory.
        public let path: String
    }

    public var title: String
    public let subtitle: String
    public let blocks: [Block]

    package init(title: String, subtitle: String, blocks: [Block]) {
        self.title = title
        self.subtitle = subtitle
        self.blocks = blocks
    }
}

/// One entry of `Catalogue/releases.yaml`: the fields of a release's own configuration, read like a file.
struct ReleaseEntry: Decodable {
    struct PublishedEntry: Decodable {
        let parameters: Double
        let active: Double?
    }

    let id: String
    let name: String
    let hub: [String]?
    let published: PublishedEntry
    let configuration: [String: JSONValue]
    let sources: [String]
    let notes: [String]?

    var model: Model {
        get throws(ConfigurationError) {
            let (architecture, inFile) = try Model.read(ConfigurationFile(fields: configuration, from: id))
            var release = inFile
            release.published = Model.Published(
                parameters: published.parameters, activeParameters: published.active)
            release.sources = sources
            release.notes = notes ?? []
            return Model(id: id, name: name, architecture: architecture, release: release)
        }
    }
}

import Attention
import Quantities
import Records

extension Document {
    /// How far stacked layers of each kernel see, as a page of its own: no results file holds it.
    public init(receptiveFields fields: [MeasuredReceptiveField]) {
        title = "How far stacked layers see"
        subtitle = "the receptive field of each windowed kernel, measured and from its mask"
        blocks = [
            .table(caption: "Tokens that one token answers to", ReceptiveFieldTable.table(fields)),
            .heading("What the numbers mean"),
            .list([
                "A layer attends with queries and keys of its own, drawn at random, over the values that the layer below "
                    + "gave. The input is zero but at one token, so that whatever is not zero in the output has seen it.",
                "A window of w keys, the token's own included, hands on w − 1 tokens a layer: L layers see L(w−1)+1. The "
                    + "s sinks see only one another, so they add s, once. A window of r keys on either side sees 2Lr+1.",
                "Chunks that do not overlap hand nothing on: the last token of a chunk of c sees c tokens at any depth, "
                    + "the first only itself. Models with such layers need others between them.",
                "It is what can reach a token, not what a model remembers: weights fall with every layer.",
            ]),
        ]
    }
}

public enum ReceptiveFieldTable {
    /// One row a kernel: what it sees through one layer and through all.
    public static func table(_ fields: [MeasuredReceptiveField]) -> Table {
        Table(
            columns: [
                .init("kernel", .left), .init("layers"), .init("one layer"), .init("all layers"), .init("theory"),
                .init("verdict", .left),
            ],
            rows: fields.map { field in
                [
                    field.label, Quantity.count(field.layers), Quantity.count(field.tokens[min(1, field.layers)]),
                    Quantity.count(field.tokens[field.layers]), Quantity.count(field.expectedTokens[field.layers]),
                    field.isRight ? "same at every depth" : "WRONG",
                ]
            })
    }
}

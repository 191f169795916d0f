import Attention
import Quantities
import Records

extension Document {
    /// How far stacked layers of each kernel see, as a page of its own: no results file holds it.
    public init(receptiveFields fields: [MeasuredReceptiveField]) {
        title = "On how many tokens stacked layers depend"
        subtitle = "the receptive field of each kernel with a window, measured and computed from its mask"
        blocks = [
            .table(caption: "Input tokens on which one output token depends", ReceptiveFieldTable.table(fields)),
            .heading("What the numbers mean"),
            .list([
                "Each layer has random queries and keys of its own; its values are the output of the layer below. "
                    + "The input is zero except at one token, so every output that is not zero depends on that token.",
                "A window of w keys, the token's own included, adds w − 1 tokens per layer: L layers see L(w−1)+1. The "
                    + "s sinks see only one another, so they add s, once. A window of r keys on either side sees 2Lr+1.",
                "Chunks that do not overlap add no tokens: the last token of a chunk of c sees c tokens at any depth, "
                    + "the first only itself. Models with such layers need others between them.",
                "These are the tokens that can influence a token. Their influence falls with every layer.",
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

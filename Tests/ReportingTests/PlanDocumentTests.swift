import Serving
import Testing

@testable import Reporting
@testable import Quantities
@testable import Drawing

@Suite struct PlanDocumentTests {
    private static func plan(_ model: Model, _ context: Int, _ accelerator: Accelerator) -> ServingPlan {
        let price = PriceList.shipped.price(of: accelerator)
        let deployment = Deployment(
            accelerator, count: 1, dollarsPerAcceleratorHour: price?.dollarsPerAcceleratorHour)
        return ServingPlan(KVCache(model), context: context, on: .init(deployment, price: price))
    }

    /// By name, since each argument is printed whole, and a model takes seconds.
    @Test(arguments: ModelCatalogue.shipped.models.map(\.id))
    func everyModelFitsEightyColumns(id: String) throws {
        let model = try ModelCatalogue.shipped.model(named: id)
        for accelerator in try ["h100-sxm", "rtx4090", "gb200"].map(AcceleratorCatalogue.shipped.accelerator(named:)) {
            for context in [1, 1000, 10_485_760, 987_654_321] {
                var contents = PlanDocument.Contents()
                contents.sections = PlanDocument.Section.allCases
                let document = PlanDocument.document(
                    Self.plan(model, context, accelerator), prices: .shipped, contents)
                let lines = TerminalDocument.text(document).split(separator: "\n")
                for line in lines where line.count > 80 {
                    Issue.record("\(id) on \(accelerator.id) at \(context): \(line.count) columns: \(line)")
                }
                #expect(lines.count > 100)
            }
        }
    }

    @Test func cataloguesFitEightyColumns() {
        for table in [CatalogueTables.models(), CatalogueTables.accelerators()] {
            for line in TerminalTable.text(table, width: 80).split(separator: "\n") {
                #expect(line.count <= 80, "\(line)")
            }
        }
    }

    @Test(arguments: [
        (40_960.0, "40,960 B"), (1536.5, "1,536.5 B"), (1_207_959_552, "1.21 GB"), (409.6e9, "409.6 GB"),
        (1_966.08e9, "1,966.1 GB"), (4.83e6, "4.8 MB"), (12.5e12, "12.5 TB"),
    ])
    func bytesAreDecimal(value: Double, text: String) {
        #expect(Quantity.decimalBytes(value) == text)
    }

    @Test(arguments: [(0.000_62, "$0.00062"), (4.17, "$4.17"), (99.999, "$100"), (1482.2, "$1,482")])
    func dollars(value: Double, text: String) {
        #expect(Quantity.dollars(value) == text)
    }

    @Test(arguments: [
        (8544, "8,544"), (221_000, "221 thousand"), (4_410_000, "4.41 million"), (17_179_869_184, "17.2 billion"),
        (1_099_511_627_776, "1.10 trillion"),
    ])
    func roughCounts(value: Int, text: String) {
        #expect(Quantity.rough(value) == text)
    }

    /// Every figure names what it draws, and its data has a row for each point.
    @Test func figuresOfAPlan() throws {
        let model = try ModelCatalogue.shipped.model(named: "llama-4-scout")
        let h200 = try AcceleratorCatalogue.shipped.accelerator(named: "h200-sxm")
        let figures = Figure.all(for: Self.plan(model, 10_000_000, h200))
        #expect(figures.map(\.name) == ["cache", "latency", "price", "step"])
        let cache = try #require(figures.first)
        #expect(
            cache.title == "Llama 4 Scout 17B-16E caches 492.7 GB at 10,000,000 tokens in bf16: 12 of 48 layers "
                + "keep growing")
        #expect(cache.data.contains("\"Llama 4 Scout 17B-16E, q4_0\",theory,"))
        #expect(cache.data.contains("8 × h200-sxm"))
        let free = try AcceleratorCatalogue.shipped.accelerator(named: "mi300x")
        #expect(Figure.all(for: Self.plan(model, 10_000_000, free)).map(\.name) == ["cache", "latency", "step"])
    }
}

import Attention
import Foundation
import Quantities
import Serving

/// A serving plan, told: the answer first, then the tables behind it, each with its assumption under it.
public enum PlanDocument {
    /// Parts that a reader may ask for.
    public enum Section: String, Sendable, Hashable, CaseIterable {
        case memory, types, formulas, fit, concurrency, parallelism, reading, writing, contexts, conversation, training,
            explain

        /// What is shown where nothing is asked for.
        public static let usual: [Section] = [.memory, .fit, .reading, .writing, .contexts]
    }

    /// What a reader asks for.
    public struct Contents: Sendable {
        public var sections = Section.usual
        public var formula = KVCache.Formula.exact
        public var conversation = Conversation(turns: 100, userTokens: 500, answerTokens: 500)
        public var measured: MeasuredPlan?
        /// A corpus in the context against retrieval; nil where nobody asks.
        public var retrieval: ContextOrRetrieval?

        public init() {}
    }

    public static func document(
        _ plan: ServingPlan, prices: PriceList, _ contents: Contents = Contents(),
        today: CatalogueDate = CatalogueDate(Date())
    ) -> Document {
        let blocks =
            [Document.Block.list(PlanAnswer.sentences(plan)), .cautions(cautions(plan, today: today))]
            + contents.sections.flatMap { section -> [Document.Block] in
                switch section {
                case .memory: PlanMemory.blocks(plan)
                case .types: PlanMemory.typeBlocks(plan)
                case .formulas: PlanMemory.formulaBlocks(plan, contents.formula)
                case .fit: PlanFit.blocks(plan)
                case .concurrency: PlanConcurrency.blocks(plan)
                case .parallelism: PlanParallelism.blocks(plan)
                case .reading: PlanReading.blocks(plan)
                case .writing: PlanWriting.blocks(plan)
                case .contexts: PlanContexts.blocks(plan)
                case .conversation: PlanConversation.blocks(plan, contents.conversation)
                case .training: PlanTraining.blocks(plan)
                case .explain: PlanExplanation.blocks(plan)
                }
            }
            + (contents.retrieval.map {
                PlanRetrieval.blocks($0, explain: contents.sections.contains(.explain))
            } ?? [])
            + (contents.measured.map { PlanMeasured.blocks($0, model: plan.model) } ?? [])
        return Document(
            title: "\(plan.model.name) at \(Quantity.tokensInFull(plan.context)) tokens",
            subtitle: subtitle(plan, prices: prices),
            blocks: blocks.filter { $0 != .cautions([]) })
    }

    /// What a reader of the figures has to know.
    public static func cautions(_ plan: ServingPlan, today: CatalogueDate = CatalogueDate(Date())) -> [String] {
        PlanAnswer.cautions(plan, today: today)
    }

    private static func subtitle(_ plan: ServingPlan, prices: PriceList) -> String {
        let deployment = plan.deployment
        let place = "on \(deployment.count) × \(deployment.accelerator.name)"
        guard let rent = deployment.dollarsPerAcceleratorHour else {
            return "\(place), no price on file: give --price, dollars per accelerator and hour"
        }
        var text = "\(place) at \(Quantity.dollars(rent)) an hour each"
        if let price = plan.price { text += " (\(price.seller), \(price.date))" }
        if let range = prices.range(of: deployment.accelerator) {
            text +=
                "; prices on file go from \(Quantity.dollars(range.lowerBound)) to "
                + Quantity.dollars(range.upperBound)
        }
        return text
    }
}

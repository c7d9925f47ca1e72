internal import Messages
internal import Wire

/// What is known of a tenant's marketing: what came in, who gets credit, what media caused, and
/// what to spend.
struct MarketingReport {
    var overview = ControlV1.GetOverviewResponse()
    /// The last run of attribution models that has completed, with its result; nil without one.
    var run: AttributionV1.Run?
    /// The mix model that counts, with what it is held to; nil if there is none.
    var model: MixModelV1.Model?
    /// What it says; nil if there is none.
    var results: MixModelV1.MixResults?
    /// Whether to rely on that.
    var review: MixModelV1.MixReview?
    /// The best plan that spends as much as is spent now.
    var plan: MixModelV1.BudgetPlan?
    /// What could not be told, and why.
    var gaps: [String] = []

    /// The shares of conversions that each model of the run gives to each channel.
    var credit: ModelShares? { run?.result.map { ModelShares($0) } }

    /// All of it, for programs.
    ///
    /// - Throws: an error of the codec for what no JSON can hold.
    var json: JSONValue {
        get throws {
            .object([
                ("overview", .written(try overview.json())),
                ("run", try run.map { .written(try $0.json()) } ?? .null),
                ("model", try model.map { .written(try $0.json()) } ?? .null),
                ("results", try results.map { .written(try $0.json()) } ?? .null),
                ("review", try review.map { .written(try $0.json()) } ?? .null),
                ("plan", try plan.map { .written(try $0.json()) } ?? .null),
                ("gaps", .array(gaps.map { .string($0) })),
            ])
        }
    }
}

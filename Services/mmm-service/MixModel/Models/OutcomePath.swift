internal import MediaMix
internal import RPC

/// Which of several outcomes is at fault.
enum OutcomePath {
    /// Where an outcome behind the first stands.
    private static func place(_ index: Int) -> String { "further_outcomes[\(index - 1)]" }

    /// What stands before the fields of an outcome; nothing before those of the first.
    static func fields(_ index: Int) -> String { index == 0 ? "" : place(index) + "." }

    /// Has errors say of which outcome they are.
    ///
    /// - Parameters:
    ///   - index: which, from 0.
    ///   - work: what may fail.
    /// - Returns: what the work returns.
    /// - Throws: what the work throws, named.
    static func named<Result>(_ index: Int, _ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let error as RPCError where index > 0 {
            throw RPCError(error.code, "\(place(index)): \(error.message)", details: error.details)
        } catch let error as MixModelError where index > 0 {
            let told = MixModelService.status(of: error) ?? RPCError(.internalError, "\(error)")
            throw RPCError(told.code, "\(place(index)): \(told.message)", details: told.details)
        }
    }
}

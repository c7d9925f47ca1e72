/// A request that asks for a page of a list (AIP-158).
public protocol PagedRequest {
    /// How many entries are wanted at most; 0 leaves it to the service.
    var pageSize: Int32 { get }
    /// Where the page begins; empty for the first.
    var pageToken: String { get }
}

import Testing

@testable import Telemetry

@Suite("What callers take")
struct MediaRangeTests {
    @Test(
        "is the most wanted of what there is",
        arguments: [
            (nil, "application/json"), ("*/*", "application/json"),
            ("text/csv", "text/csv"), ("text/*", "text/csv"),
            ("application/json;q=0.5, text/csv", "text/csv"),
            ("application/json;q=0, */*", "text/csv"),
            ("TEXT/CSV ; q=0.1", "text/csv"), ("image/png", nil), ("nonsense", "application/json"),
            ("image/png, text/*;q=0", nil), ("text/csv;q=0.1, */*", "application/json"),
        ] as [(String?, String?)]
    )
    func preferred(accept: String?, expected: String?) {
        let types = ["application/json", "text/csv"]
        #expect(MediaRange.preferred(of: types, by: accept) == expected)
    }
}

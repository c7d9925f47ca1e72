import Testing

@testable import Lifecycle

@Suite("The nearest word")
struct NearestWordTests {
    private static let words = ["listen_address", "workers", "body_limit", "level", "log"]

    @Test(
        "is found in spite of a slip or two",
        arguments: [
            ("listen_adress", "listen_address"), ("lisetn_addres", "listen_address"),
            ("worker", "workers"), ("wrokers", "workers"), ("lvl", nil), ("levle", "level"),
            ("bodylimit", "body_limit"), ("lg", "log"), ("xyz", nil), ("", nil),
            ("something_else_entirely", nil), (String(repeating: "w", count: 10_000), nil),
        ] as [(String, String?)]
    )
    func find(word: String, expected: String?) {
        #expect(NearestWord.find(word, among: Self.words) == expected)
    }

    @Test("counts slips")
    func distance() {
        let cases = [
            ("", "", 0), ("a", "", 1), ("", "ab", 2), ("ab", "ba", 1), ("kitten", "sitting", 3),
            ("abcd", "acbd", 1), ("ca", "abc", 3),
        ]
        for (first, second, expected) in cases {
            #expect(NearestWord.distance(Array(first.utf8), Array(second.utf8)) == expected)
            #expect(NearestWord.distance(Array(second.utf8), Array(first.utf8)) == expected)
        }
    }
}

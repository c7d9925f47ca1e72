import MediaMix
import Testing

/// How effects carry over.
@Suite struct AdstockTests {
    @Test func isNamed() {
        #expect("\(Adstock.geometric)" == "geometric")
    }
}

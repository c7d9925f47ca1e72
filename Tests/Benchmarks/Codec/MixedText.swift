import TestMessages
import Wire

/// UTF-8 validation of text in several scripts, against the standard library's.
struct MixedText {
    private let text: [UInt8]
    private let message: SharedBytes

    init() {
        let line = "Żółć, naïve café, Москва, 東京タワー, 서울, مرحبا, नमस्ते, 😀👍🏽 and plain ASCII. "
        text = Array(String(repeating: line, count: 2_000).utf8)
        var event = TestingV1.Event()
        event.name = String(decoding: text, as: UTF8.self)
        message = event.encoded()
    }

    /// The bytes of the text.
    var count: Int { text.count }

    /// Validates the text by taking in a message that holds it, and by making a string of it.
    func measure(seconds: Double) -> (ours: Double, theirs: Double) {
        let ours = Measurement.fastest(seconds: seconds) {
            let taken = try? Message<TestingV1.Event.View>(message)
            return taken == nil ? 0 : 1
        }
        let theirs = Measurement.fastest(seconds: seconds) {
            String(validating: text, as: UTF8.self) == nil ? 0 : 1
        }
        return (ours, theirs)
    }
}

import Messages
import TestMessages
import Wire

/// Any bytes are refused with an error in their range, or are JSON that becomes a valid message,
/// which prints and reads back as itself.
struct JSONTarget {
    typealias Everything = TestingV1.Everything

    let choice: Choice

    func run(_ bytes: RawSpan) {
        let message: Message<Everything.View>
        do throws(CodecError) {
            message = try Message(json: bytes, options: choice.json)
        } catch {
            precondition(
                (0...bytes.byteCount).contains(error.byteOffset),
                "an error outside the text: \(error)"
            )
            return
        }
        do throws(CodecError) {
            let taken = try Message<Everything.View>(message.bytes, limits: choice.limits)
            precondition(taken.bytes.sharesMemory(with: message.bytes), "JSON gave pieces")
            let text = try message.json(options: choice.json)
            let again = try Message<Everything.View>(json: text.bytes, options: choice.json)
            precondition(again.canonicalBytes() == message.canonicalBytes(), "JSON changed it")
        } catch {
            precondition(error.isLimit, "what JSON gave was refused: \(error)")
        }
    }
}

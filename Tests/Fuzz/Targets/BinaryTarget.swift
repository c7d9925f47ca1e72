import Messages
import TestMessages
import Wire

/// Any bytes are refused with an error in their range, or are a message on which all roads through
/// the codec agree.
struct BinaryTarget {
    typealias Everything = TestingV1.Everything

    let choice: Choice

    func run(_ bytes: RawSpan) {
        do throws(CodecError) {
            let message = try Message<Everything.View>(copying: bytes, limits: choice.limits)
            roundTrip(message, bytes)
            json(message)
        } catch {
            precondition(
                (0...bytes.byteCount).contains(error.byteOffset),
                "an error outside the bytes: \(error)"
            )
        }
    }

    /// The owned value encodes as the tables do, and what it encodes is itself.
    private func roundTrip(_ message: Message<Everything.View>, _ bytes: RawSpan) {
        let canonical = message.canonicalBytes()
        do throws(CodecError) {
            let value = try Everything(decoding: bytes, limits: choice.limits)
            precondition(value.encoded() == canonical, "value and tables encode differently")
            precondition(Everything(message.view).encoded() == canonical, "the view differs")
            let again = try Everything(decoding: canonical.bytes, limits: choice.limits)
            precondition(again.encoded() == canonical, "the canonical form is not stable")
        } catch {
            precondition(error.isLimit, "a message was refused as a value: \(error)")
        }
    }

    /// What can be printed reads back as the same JSON.
    private func json(_ message: Message<Everything.View>) {
        guard let text = try? message.json(options: choice.json) else { return }
        do throws(CodecError) {
            let again = try Message<Everything.View>(json: text.bytes, options: choice.json)
            let printed = try again.json(options: choice.json)
            precondition(printed == text, "JSON is not stable")
        } catch {
            precondition(error.isLimit, "our own JSON was refused: \(error)")
        }
    }
}

internal import Messages
internal import RPC
internal import Telemetry

extension GoogleProtobuf.Timestamp? {
    /// The minute, in UTC; empty for nothing.
    var minute: String {
        guard let time = flatMap({ UTCTimestamp($0) }) else { return "" }
        return String("\(time)".prefix(16)).replacing("T", with: " ")
    }
}

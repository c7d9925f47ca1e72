/// The messages of `google.protobuf` that JSON shows in a form of their own.
enum WellKnownType: String {
    case none = ""
    case any = "google.protobuf.Any"
    case duration = "google.protobuf.Duration"
    case fieldMask = "google.protobuf.FieldMask"
    case listValue = "google.protobuf.ListValue"
    case structure = "google.protobuf.Struct"
    case timestamp = "google.protobuf.Timestamp"
    case value = "google.protobuf.Value"
    case boolValue = "google.protobuf.BoolValue"
    case bytesValue = "google.protobuf.BytesValue"
    case doubleValue = "google.protobuf.DoubleValue"
    case floatValue = "google.protobuf.FloatValue"
    case int32Value = "google.protobuf.Int32Value"
    case int64Value = "google.protobuf.Int64Value"
    case stringValue = "google.protobuf.StringValue"
    case uint32Value = "google.protobuf.UInt32Value"
    case uint64Value = "google.protobuf.UInt64Value"

    /// Whether the message is a wrapper, shown as the bare value of its only field.
    var isWrapper: Bool {
        switch self {
        case .boolValue, .bytesValue, .doubleValue, .floatValue, .int32Value, .int64Value,
            .stringValue, .uint32Value, .uint64Value:
            true
        default: false
        }
    }

    /// Whether JSON shows the message as anything but an object of its fields.
    var hasOwnForm: Bool { self != .none }
}

extension String {
    /// The text, or nil if it is empty: requests have no other way to say that there is none.
    var presence: String? { isEmpty ? nil : self }
}

internal import Messages

/// The ids of persons as edges have them, where visitors' and users' are told apart.
enum PersonID {
    /// The id of a visitor's device or browser.
    static func visitor(_ id: String) -> String { "a:" + id }

    /// The id of a user.
    static func user(_ id: String) -> String { "u:" + id }

    /// What an id is that somebody had before: a visitor's or a user's, for whoever sends it does
    /// not say.
    static func previous(_ id: String) -> [String] { [visitor(id), user(id)] }

    /// The ids that stand in fields; those that are empty are none.
    static func ids(visitor: String, user: String, previous: String) -> [String] {
        var ids: [String] = []
        if !visitor.isEmpty { ids.append(self.visitor(visitor)) }
        if !user.isEmpty { ids.append(self.user(user)) }
        if !previous.isEmpty { ids += self.previous(previous) }
        return ids
    }
}

extension EventRow {
    /// The ids that it names.
    var personIDs: [String] {
        content.edges.flatMap { [$0.one, $0.other] }
            + PersonID.ids(
                visitor: content.anonymousID ?? "",
                user: content.userID ?? "",
                previous: ""
            )
    }
}

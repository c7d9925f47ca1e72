public import Lifecycle
public import TestKit

extension AlarmClock: LifecycleClock {}

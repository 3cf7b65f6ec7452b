-- What doubted.sql gives where votes of readers in lockstep alone are not counted: by who voted as settling keeps it:
-- of more than a thousand who voted alike nobody.
-- Parameters: lockstep, readers; lockstep_groups, the group of each, from 1 on.
SELECT
    insight,
    arrayMap(r -> {lockstep_groups:Array(UInt64)}[indexOf({lockstep:Array(UInt64)}, r)], liked_by) AS liking,
    arrayMap(r -> {lockstep_groups:Array(UInt64)}[indexOf({lockstep:Array(UInt64)}, r)], dismissed_by) AS dismissing,
    arrayCount(g -> g != 0 AND countEqual(liking, g) >= 3, liking) AS likes,
    arrayCount(g -> g != 0 AND countEqual(dismissing, g) >= 3, dismissing) AS dismissals,
    likes + dismissals AS viewers
FROM (SELECT insight, liked_by, dismissed_by FROM engagement FINAL)
WHERE likes + dismissals > 0

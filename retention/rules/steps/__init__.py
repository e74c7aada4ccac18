"""May this step be taken, by this person, now? Each question answers with every reason against; none means it may.

Identity's policies are asked too, by the service; what stands here holds whatever they say.
"""

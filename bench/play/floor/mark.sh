touch /opt/bench/.deployed
did

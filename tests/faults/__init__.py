"""What can break while someone works: kills, power cuts, full disks, damaged pages."""

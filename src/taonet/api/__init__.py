"""What ``import taonet`` offers to notebooks and scripts: thin functions over the rooms below."""

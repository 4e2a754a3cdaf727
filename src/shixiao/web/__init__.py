"""网站: the Django project. One folder per capability: views, forms, templates."""
